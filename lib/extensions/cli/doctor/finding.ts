/** What the doctor says of one thing. Only a fault makes the exit code 1. */
export interface Finding {
  readonly level: 'ok' | 'note' | 'fault';
  readonly what: string;
  /** What was found, and with anything but `ok` what to do. */
  readonly sentence: string;
}

export const ok = (what: string, sentence: string): Finding => ({ level: 'ok', what, sentence });
export const note = (what: string, sentence: string): Finding => ({ level: 'note', what, sentence });
export const fault = (what: string, sentence: string): Finding => ({ level: 'fault', what, sentence });
