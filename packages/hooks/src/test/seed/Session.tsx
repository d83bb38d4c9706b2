import {
    type CallOptions,
    type RTCSessionEvent,
    SessionDirection,
    SessionStatus,
    useAnswerCall,
    useEndCall,
    useSession,
    useSessionSelector,
} from 'headset-hooks';
import {STUN_SERVERS} from './bunker';
import {Button, Row} from './ui';

const toProps = ({session}: RTCSessionEvent) => ({
    phone: session.remote_identity.uri.user,
    queue: session.remote_identity.display_name,
});

const ANSWER_CALL_OPTIONS: CallOptions = {
    mediaConstraints: {
        audio: true,
        video: false,
    },
    pcConfig: {
        iceServers: [
            {
                urls: STUN_SERVERS // Можно задать свой стан сервер
            },
        ],
    },
};

// Обработка звонка
const Session = () => {
    const {
        status: sessionStatus,
        direction,
    } = useSession();

    const {
        phone,
        queue,
    } = useSessionSelector(toProps);

    const answerCall = useAnswerCall();
    const endCall = useEndCall();

    return (
        <>
            {sessionStatus === SessionStatus.STARTING && direction === SessionDirection.INCOMING && (
                <>
                    <Row>Входящий вызов</Row>
                    <Row>{`Очередь: ${queue}`}</Row>
                    <Row>{`Номер: ${phone}`}</Row>
                    <Row>
                        <Button onClick={() => answerCall(ANSWER_CALL_OPTIONS)}>Ответить</Button>
                    </Row>
                </>
            )}
            {sessionStatus === SessionStatus.ACTIVE && (
                <>
                    <Row>Вы сейчас разговариваете</Row>
                    <Row>{`Очередь: ${queue}`}</Row>
                    <Row>{`Номер: ${phone}`}</Row>
                    <Row>
                        <Button onClick={() => endCall()}>
                            Закончить вызов
                        </Button>
                    </Row>
                </>
            )}
        </>
    );
};

export default Session;
