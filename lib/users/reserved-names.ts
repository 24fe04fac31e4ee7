/**
 * Names by which somebody would pass for the app itself, its people or its mail (RFC 2142), or that programs take for something else.
 * Compared as user names are: whatever the case.
 */
export const RESERVED_NAMES: readonly string[] = [
  ...[
    'admin',
    'administrator',
    'root',
    'superuser',
    'sysadmin',
    'system',
    'sudo',
    'operator',
    'moderator',
    'mod',
    'staff',
    'team',
    'owner',
  ],
  ...['official', 'support', 'help', 'helpdesk', 'service', 'contact', 'info', 'security', 'abuse', 'noc', 'billing', 'sales', 'marketing'],
  ...['postmaster', 'hostmaster', 'webmaster', 'mailer-daemon', 'noreply', 'no-reply', 'no_reply', 'nobody', 'daemon'],
  ...[
    'anonymous',
    'guest',
    'everyone',
    'everybody',
    'all',
    'me',
    'self',
    'you',
    'user',
    'users',
    'null',
    'undefined',
    'true',
    'false',
    'nan',
  ],
  ...['api', 'auth', 'login', 'logout', 'signin', 'signup', 'register', 'account', 'settings', 'www', 'mail', 'ftp', 'localhost'],
];
