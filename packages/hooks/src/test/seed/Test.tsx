import {useCallcenterStatus, useSetCallcenterStatus} from 'headset-hooks/callcenter';
import {
    SessionStatus,
    Status,
    useSession,
    useTelephonyHash,
    useTelephonyLaunch,
    useTelephonyStatus,
    useUserAgent,
} from 'headset-hooks';
import Session from './Session';
import {Button, Col, Row} from './ui';

// Компонент обертка
const Test = () => {
    // Получаем состояние статуса
    const [{loading, data, error}, setStatus] = useTelephonyStatus();
    const {status: uaStatus} = useUserAgent();
    const {loading: hashLoading, data: hashData, error: hashError} = useTelephonyHash();
    const {loading: launchLoading, data: launchData, error: launchError} = useTelephonyLaunch();
    const {status: sessionStatus} = useSession();

    if (hashError || launchError) {
        return <div>Ошибка получения данных для подключения к серверам телефонии</div>;
    }

    if (hashLoading || !hashData || launchLoading || !launchData) {
        return <div>Загружаем данные</div>;
    }

    return (
        <div>
            <Row>
                <h1>Тестирование библиотеки</h1>
            </Row>
            <Row>{`Ваш логин: ${launchData?.login}`}</Row>
            <Row>{`Ваш текущий статус в телефонии: ${data?.status}`}</Row>
            <Row>{`Ваш текущий статус на регистарах: ${uaStatus}`}</Row>
            <Row gap="s">
                <Col gap="s">
                    <Button disabled={loading || data?.status === Status.CONNECTED} loading={loading} onClick={() => setStatus({status: Status.CONNECTED})}>
                        Выйти на линию
                    </Button>
                </Col>
                <Col gap="s">
                    <Button disabled={loading || data?.status === Status.DISCONNECTED} loading={loading} onClick={() => setStatus({status: Status.DISCONNECTED})}>
                        Уйти с линии
                    </Button>
                </Col>
            </Row>
            {error && <Row>Ошибка статуса</Row>}
            {sessionStatus !== SessionStatus.WAITING && <Session/>}
        </div>
    );
};

export default Test;
