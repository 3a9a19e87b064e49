const hour = '(?:[01][0-9]|2[0-3])';
const minute = '[0-5][0-9]';
const fullTime = `${hour}:${minute}:${minute}(?:\\.[0-9]{1,9})?(?:Z|[+-]${hour}:${minute})`;

const longMonthDay = '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])';
const shortMonthDay = '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)';
const februaryDay = '02-(?:0[1-9]|1[0-9]|2[0-8])';
const leapYear = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const fullDate = `(?:[0-9]{4}-(?:${longMonthDay}|${shortMonthDay}|${februaryDay})|${leapYear}-02-29)`;

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?';
const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ipv4 = `(?:${octet}\\.){3}${octet}`;

const hexGroup = '[0-9a-fA-F]{1,4}';
const hexGroups = (most: number) => `(?:${hexGroup}(?::${hexGroup}){0,${most - 1}})`;
/** Eight groups, or at most seven with one gap: each place of the gap is an alternative. */
const ipv6 = [
  `(?:${hexGroup}:){7}${hexGroup}`,
  `::${hexGroups(7)}?`,
  ...[1, 2, 3, 4, 5].map(
    (before) => `${hexGroup}(?::${hexGroup}){${before - 1}}::${hexGroups(7 - before)}?`,
  ),
  `${hexGroup}(?::${hexGroup}){5}::(?:${hexGroup})?`,
  `${hexGroup}(?::${hexGroup}){6}::`,
].join('|');

const atom = '[A-Za-z0-9_+-]{1,20}';
const email = `${atom}(?:\\.${atom}){0,2}@${label}(?:\\.${label}){1,4}`;

const count = '[0-9]{1,4}';
const durationTime = `T(?:${count}H(?:${count}M(?:${count}S)?)?|${count}M(?:${count}S)?|${count}S)`;
const durationDate = `(?:${count}Y(?:${count}M(?:${count}D)?)?|${count}M(?:${count}D)?|${count}D)`;
const duration = `P(?:${count}W|${durationDate}(?:${durationTime})?|${durationTime})`;

const uriCharacter = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
const uriTail = `(?:/${uriCharacter}*)*(?:\\?(?:${uriCharacter}|[/?])*)?(?:#(?:${uriCharacter}|[/?])*)?`;
const authority = `${label}(?:\\.${label}){0,6}(?::[0-9]{1,5})?`;
const uri = `(?:https?|ftp|wss?)://${authority}${uriTail}|(?:mailto|urn|tel):${uriCharacter}+`;

/**
 * Formats as patterns that only match what is valid: a subset of each standard, wide enough for what a
 * model writes. A format that is not here is an annotation.
 */
export const stringFormats: ReadonlyMap<string, string> = new Map([
  ['date', `^${fullDate}$`],
  ['time', `^${fullTime}$`],
  ['date-time', `^${fullDate}T${fullTime}$`],
  ['duration', `^${duration}$`],
  ['uuid', '^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$'],
  ['email', `^${email}$`],
  ['hostname', `^${label}(?:\\.${label}){0,6}$`],
  ['ipv4', `^${ipv4}$`],
  ['ipv6', `^(?:${ipv6})$`],
  ['uri', `^(?:${uri})$`],
]);
