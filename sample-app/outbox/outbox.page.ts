import type { KeptMail } from './outbox.js';

/** The outbox's page, without its frame. Everything that came from outside is escaped. */
export function outboxPage(mails: readonly KeptMail[]): string {
  return `<title>Outbox</title>
<main id="main" class="page stack" tabindex="-1">
  <div class="row spread">
    <h1>Outbox</h1>
    <a class="button" href="/outbox">Look again</a>
  </div>
  <p>Messages that would have been sent, the newest first. This page exists in development only.</p>
  ${mails.length === 0 ? EMPTY : `<ul class="stack">${mails.map(entry).join('\n')}</ul>`}
</main>`;
}

const EMPTY = '<div class="card empty"><p><strong>No messages yet.</strong></p><p>Register someone, or ask for a new password.</p></div>';

function entry({ number, mail: { to, subject, text }, keptAt }: KeptMail): string {
  return `<li class="card stack">
  <div>
    <h2 class="break">${escape(subject)}</h2>
    <p class="muted small break">To ${escape(to)} · <time datetime="${keptAt.toISOString()}">${keptAt.toISOString().slice(0, 19).replace('T', ' ')} UTC</time></p>
  </div>
  <div class="both">
  <div class="stack break">${paragraphs(text)}</div>
  <details>
    <summary>Show it as HTML<span class="sr">: ${escape(subject)} to ${escape(to)}</span></summary>
    <iframe class="mail" src="/outbox/${number}/html" title="${escape(subject)}" loading="lazy"></iframe>
  </details>
  </div>
</li>`;
}

function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.split('\n').map(linked).join('<br>')}</p>`)
    .join('\n');
}

/** Escapes a line and makes its addresses pressable; each stays readable in full. */
function linked(line: string): string {
  return line
    .split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)])/)
    .map((part, index) => (index % 2 === 1 ? `<a href="${escape(part)}">${escape(part)}</a>` : escape(part)))
    .join('');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
