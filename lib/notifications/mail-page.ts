interface PageLink {
  readonly label: string;
  readonly url: string;
}

interface PageContent {
  readonly title: string;
  readonly lines: readonly (string | PageLink)[];
  readonly footer: readonly string[];
  readonly language: string;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','Noto Sans',Arial,sans-serif";
/** A name or an address without a space must not make the page wider than a phone. */
const BREAK = 'overflow-wrap:anywhere;word-break:break-word';
/** Clients that know no style sheet (and Outlook, which knows little) show the light page of the attributes; the others also the dark one. */
const STYLE = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background-color:#101317!important}
.card{background-color:#181c22!important;border-color:#343c47!important}
.text{color:#e9ecf0!important}
.muted{color:#a9b3c0!important}
.link{color:#93b4ff!important}
.button{background-color:#93b4ff!important}
.button a{color:#0b1324!important}
}`;
const TABLE = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"';

/**
 * The HTML of a mail: tables and inline styles, which is what mail clients render; light and dark; nothing from elsewhere, so that opening
 * it tells nobody. Each paragraph finds its own reading direction. Everything is escaped here.
 */
export function mailPage({ title, lines, footer, language }: PageContent): string {
  const body = lines.map((line) => (typeof line === 'string' ? paragraph(line) : button(line)));
  const small = footer.map(
    (line) => `<p class="muted" dir="auto" style="margin:24px 0 0;font-size:14px;color:#515a67;${BREAK}">${escape(line)}</p>`,
  );
  return `<!doctype html>
<html lang="${escape(language)}" dir="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${escape(title)}</title>
<style>
${STYLE}
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f5f6f8">
<table ${TABLE} class="page" bgcolor="#f5f6f8" style="table-layout:fixed;background-color:#f5f6f8"><tr><td align="center" style="padding:24px 12px">
<table ${TABLE} class="card" bgcolor="#ffffff" style="max-width:480px;table-layout:fixed;background-color:#ffffff;border:1px solid #d5dae1;border-radius:8px"><tr><td class="text" dir="auto" style="padding:24px;${FONT};font-size:16px;line-height:1.5;color:#15181c;${BREAK}">
${[...body, ...small].join('\n')}
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
}

function paragraph(line: string): string {
  return `<p dir="auto" style="margin:0 0 16px;${BREAK}">${escape(line)}</p>`;
}

/** What does not lead to a web page is shown, not linked: no `javascript:` from a template's data. */
function button({ label, url }: PageLink): string {
  if (!/^https?:\/\//.test(url)) return `${paragraph(label)}\n${paragraph(url)}`;
  const address = escape(url);
  const look = 'display:inline-block;padding:12px 20px;color:#ffffff;font-weight:600;text-decoration:none';
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 8px"><tr><td class="button" bgcolor="#1d4ed8" style="border-radius:8px;background-color:#1d4ed8;${FONT};font-size:16px"><a href="${address}" dir="auto" style="${look}">${escape(label)}</a></td></tr></table>
<p dir="ltr" style="margin:0 0 16px;font-size:14px;${BREAK}"><a href="${address}" class="link" style="color:#1d4ed8">${address}</a></p>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
