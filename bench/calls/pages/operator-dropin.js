import JsSIP from 'headset-hooks/jssip';
import { work } from './jssip-operator.js';

void work(JsSIP);
