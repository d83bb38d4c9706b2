import JsSIP from 'jssip';
import { work } from './jssip-operator.js';

void work(JsSIP);
