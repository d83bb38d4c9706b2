// The same application as jssip-app.js, of our module with JsSIP's interface.
import JsSIP from 'headset-hooks/jssip';

const agent = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface('wss://localhost')],
  uri: 'sip:operator@localhost',
  password: 'secret',
});
agent.on('newRTCSession', ({ session }) => {
  document.body.onclick = () => session.answer({ mediaConstraints: { audio: true, video: false } });
  document.body.ondblclick = () => session.terminate();
  session.on('peerconnection', ({ peerconnection }) => {
    peerconnection.ontrack = ({ streams }) => {
      const audio = new Audio();
      audio.srcObject = streams[0];
      audio.play();
    };
  });
});
agent.start();
