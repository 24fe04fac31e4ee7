import { BadRequestException } from '@nestjs/common';

const MAX_LENGTH = 2000;

/**
 * Reads the text out of a body that nobody has checked yet.
 *
 * @throws BadRequestException with our code at the field, as the library answers it.
 */
export function noteTextOf(body: unknown): string {
  const text = typeof body === 'object' && body !== null && Object.hasOwn(body, 'text') ? (body as { text: unknown }).text : undefined;
  if (text === undefined) throw refused('NOTES_TEXT_REQUIRED');
  if (typeof text !== 'string') throw refused('NOTES_TEXT_INVALID');
  if (text.trim().length === 0) throw refused('NOTES_TEXT_REQUIRED');
  if (text.length > MAX_LENGTH) throw refused('NOTES_TEXT_TOO_LONG');
  // PostgreSQL stores neither.
  if (text.includes('\0') || !text.isWellFormed()) throw refused('NOTES_TEXT_INVALID');
  return text;
}

/** @returns the id, or null when `id` cannot be the id of a note. */
export function noteIdOf(id: unknown): number | null {
  return typeof id === 'string' && /^[1-9]\d{0,8}$/.test(id) ? Number(id) : null;
}

function refused(code: string): BadRequestException {
  return new BadRequestException({
    statusCode: 400,
    code,
    message: 'A note needs a text of 1 to 2000 characters.',
    fields: { text: [code] },
  });
}
