/** @returns `n…@example.com`: enough for the owner to know it, too little for anybody else. Masking twice changes nothing. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  if (at < 1) return '…';
  const [first = ''] = email;
  return `${first}…${email.slice(at)}`;
}
