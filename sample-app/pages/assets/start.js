import { arrival } from './shell.js';

const { user } = await arrival;
if (user !== null) location.replace('/app');
