export { nodemailerTransport, type NodemailerOptions } from './nodemailer-transport.js';
