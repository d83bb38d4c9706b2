export { DigestAuthentication, DigestAuthentication as default } from '../digest.js';
