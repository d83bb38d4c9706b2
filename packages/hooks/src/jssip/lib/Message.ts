export { Message, Message as default } from '../applicant.js';
