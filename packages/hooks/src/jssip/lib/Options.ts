export { Options, Options as default } from '../applicant.js';
