import { accepted } from './schema-case.ts';

const string = (keywords: object) => ({ type: 'string', ...keywords });
const pattern = (source: string, keywords: object = {}) => string({ pattern: source, ...keywords });
const format = (name: string, keywords: object = {}) => string({ format: name, ...keywords });

const lengthSchemas = [
  accepted(
    'any string',
    string({}),
    ['""', '"a b"', '"\\u00e9\\n"', '"🙂"', '"\\ud83d\\ude42"'],
    ['"', 'a', '"\n"', '"\\x"', '"\\ud83d"', '"\\ude42"', '"\\ud83da"'],
  ),
  accepted('minLength', string({ minLength: 2 }), ['"ab"', '"🙂🙂"'], ['"a"', '""', '"🙂"']),
  accepted(
    'maxLength',
    string({ maxLength: 3 }),
    ['""', '"abc"', '"🙂🙂🙂"', '"\\n\\n\\n"'],
    ['"abcd"'],
  ),
  accepted(
    'an exact length',
    string({ minLength: 4, maxLength: 4 }),
    ['"abcd"'],
    ['"abc"', '"abcde"'],
  ),
  accepted('an empty string only', string({ maxLength: 0 }), ['""'], ['"a"']),
  accepted(
    'an escape counts as one character',
    string({ maxLength: 1 }),
    ['"\\ud83d\\ude42"', '"\\""'],
    ['"\\"a"'],
  ),
  accepted('the longest length', string({ maxLength: 2000 }), ['"abc"']),
  accepted('the longest minimum', string({ minLength: 2000 }), [], ['"abc"']),
  accepted('an implied string', { minLength: 1 }, ['"a"'], ['1', '""']),
];

const formatSchemas = [
  accepted(
    'date',
    format('date'),
    ['"2024-02-29"', '"1999-12-31"', '"2000-02-29"'],
    ['"2023-02-29"', '"2024-13-01"', '"2024-04-31"', '"1900-02-29"', '"24-01-01"'],
  ),
  accepted(
    'time',
    format('time'),
    ['"23:59:59Z"', '"08:30:00.125+02:00"'],
    ['"24:00:00Z"', '"08:30"', '"08:30:00"'],
  ),
  accepted(
    'date-time',
    format('date-time'),
    ['"2024-05-06T07:08:09Z"'],
    ['"2024-05-06"', '"2024-05-06 07:08:09Z"'],
  ),
  accepted(
    'duration',
    format('duration'),
    ['"P3Y6M4D"', '"PT15M"', '"P2W"'],
    ['"P"', '"3D"', '"PT"'],
  ),
  accepted(
    'uuid',
    format('uuid'),
    ['"123e4567-e89b-12d3-a456-426614174000"'],
    ['"123e4567e89b12d3a456426614174000"'],
  ),
  accepted(
    'email',
    format('email'),
    ['"ada.lovelace+math@example.co.uk"'],
    ['"ada"', '"@example.com"', '"a..b@example.com"'],
  ),
  accepted(
    'hostname',
    format('hostname'),
    ['"api.example.com"', '"localhost"'],
    ['"-a.example"', '"a..b"', '""'],
  ),
  accepted(
    'ipv4',
    format('ipv4'),
    ['"192.168.0.1"', '"255.255.255.255"'],
    ['"256.1.1.1"', '"1.2.3"'],
  ),
  accepted(
    'ipv6',
    format('ipv6'),
    ['"::1"', '"2001:db8::8a2e:370:7334"', '"1:2:3:4:5:6:7:8"', '"::"', '"1::"'],
    ['"1:2:3"', '":::"', '"12345::"'],
  ),
  accepted(
    'uri',
    format('uri'),
    ['"https://example.com/a?b=c#d"', '"mailto:ada@example.com"', '"urn:isbn:0451450523"'],
    ['"example.com"', '"https://"', '"https://a b"'],
  ),
  accepted('an unknown format', format('phone'), ['"anything"']),
  accepted('a format of another type', { type: 'integer', format: 'int32' }, ['5']),
  accepted('a format with a length that it has anyway', format('date', { maxLength: 10 }), [
    '"2024-05-06"',
  ]),
  accepted('a format with a length that shortens it', format('hostname', { maxLength: 20 }), [
    '"localhost"',
  ]),
  accepted('an implied format', { format: 'date' }, ['"2024-05-06"'], ['5']),
];

const patternSchemas = [
  accepted('anchored letters', pattern('^[a-z]+$'), ['"abc"'], ['""', '"Abc"', '"a1"']),
  accepted('an identifier', pattern('^[A-Za-z_][A-Za-z0-9_]*$'), ['"_a1"'], ['"1a"', '""']),
  accepted(
    'an unanchored pattern',
    pattern('abc'),
    ['"abc"', '"xxabcyy"', '"\\nabc"'],
    ['"ab"', '"acb"'],
  ),
  accepted('anchored at the start', pattern('^ab'), ['"ab"', '"abc"'], ['"cab"']),
  accepted('anchored at the end', pattern('ab$'), ['"ab"', '"cab"'], ['"abc"']),
  accepted('alternatives with their own anchors', pattern('^a|b$'), ['"axx"', '"xxb"'], ['"xa"']),
  accepted(
    'anchors around a group',
    pattern('^(cat|dog)$'),
    ['"cat"', '"dog"'],
    ['"cats"', '"ca"'],
  ),
  accepted('anchors inside a group', pattern('(^cat$|^dog$)'), ['"cat"'], ['"cats"']),
  accepted(
    'counted digits',
    pattern('^\\d{3}-\\d{4}$'),
    ['"555-0123"'],
    ['"5550123"', '"555-012"'],
  ),
  accepted('a range of counts', pattern('^[01]{2,4}$'), ['"01"', '"0101"'], ['"0"', '"01010"']),
  accepted('an open count', pattern('^x{2,}$'), ['"xx"', '"xxxxx"'], ['"x"']),
  accepted(
    'an optional part',
    pattern('^https?://[a-z.]+$'),
    ['"http://a.b"', '"https://a"'],
    ['"ftp://a"'],
  ),
  accepted('lazy quantifiers', pattern('^a+?b*?$'), ['"aab"', '"a"'], ['"b"']),
  accepted(
    'a slug',
    pattern('^[a-z0-9]+(?:-[a-z0-9]+)*$'),
    ['"a-b-c"', '"abc"'],
    ['"a--b"', '"-a"'],
  ),
  accepted(
    'a version',
    pattern('^v?(\\d+)\\.(\\d+)\\.(\\d+)(-[a-z]+)?$'),
    ['"1.2.3"', '"v1.0.0-rc"'],
    ['"1.2"'],
  ),
  accepted('a colour', pattern('^#(?:[0-9a-fA-F]{3}){1,2}$'), ['"#fff"', '"#A0b1C2"'], ['"#ffff"']),
  accepted('escapes that JSON needs', pattern('^["\\\\/]+$'), ['"\\"\\\\/"'], ['"a"']),
  accepted('control characters', pattern('^[\\t\\n]+$'), ['"\\t\\n"'], ['" "']),
  accepted('white space', pattern('^\\s+$'), ['" \\n"', '"\u00a0"'], ['"a"']),
  accepted('not white space', pattern('^\\S+$'), ['"a\\"b"', '"🙂"'], ['"a b"']),
  accepted('word characters', pattern('^\\w+\\W\\w+$'), ['"a-b"', '"a b"'], ['"ab"']),
  accepted('a negated class', pattern('^[^,;]+$'), ['"a b"', '"é"'], ['"a,b"']),
  accepted('a negated digit', pattern('^\\D*$'), ['"abc"', '""'], ['"a1"']),
  accepted(
    'any character',
    pattern('^.{1,3}$'),
    ['"abc"', '"\\t"', '"日本語"'],
    ['"abcd"', '"\\n"', '""'],
  ),
  accepted(
    'a unicode property',
    pattern('^\\p{Lu}\\p{Ll}+$'),
    ['"Émile"', '"Ada"'],
    ['"ada"', '"A1"'],
  ),
  accepted('other scripts', pattern('^[ぁ-ん]+$'), ['"ひらがな"'], ['"abc"']),
  accepted('a character beyond the first plane', pattern('^🙂+$'), ['"🙂🙂"'], ['"a"']),
  accepted('needless escapes', pattern('^\\d\\-\\d\\:\\d\\@\\/$'), ['"1-2:3@/"'], ['"12:3@/"']),
  accepted('hexadecimal escapes', pattern('^\\x41\\u0042$'), ['"AB"'], ['"ab"']),
  accepted('a repeated empty part', pattern('^(a*)*$'), ['""', '"aaa"'], ['"b"']),
  accepted('a repeated optional part', pattern('^(a|b?)+c$'), ['"c"', '"abbac"'], ['"d"']),
  accepted(
    'nested repetition',
    pattern('^([ab]{1,3}-){1,3}$'),
    ['"a-"', '"abb-a-bb-"'],
    ['"abba-"'],
  ),
  accepted('an empty pattern', pattern(''), ['""', '"anything"']),
  accepted('only anchors', pattern('^$'), ['""'], ['"a"']),
  accepted('a dollar of its own', pattern('^\\$\\d+\\.\\d{2}$'), ['"$5.00"'], ['"5.00"']),
  accepted(
    'a pattern with a maximum',
    pattern('^[a-z]+$', { maxLength: 5 }),
    ['"abcde"', '"a"'],
    ['"abcdef"'],
  ),
  accepted('a pattern with a minimum', pattern('^[a-z]*$', { minLength: 3 }), ['"abc"'], ['"ab"']),
  accepted(
    'a pattern with both',
    pattern('^[a-z][a-z0-9]*$', { minLength: 3, maxLength: 8 }),
    ['"a12"', '"abcdefgh"'],
    ['"a1"', '"abcdefghi"'],
  ),
  accepted(
    'an open pattern with both',
    pattern('^id', { minLength: 4, maxLength: 6 }),
    ['"id12"', '"id1234"'],
    ['"id1"', '"id12345"'],
  ),
  accepted(
    'a pattern whose length fits',
    pattern('^\\d{5}$', { minLength: 1, maxLength: 10 }),
    ['"12345"'],
    ['"123"'],
  ),
  accepted(
    'a repeated group with a maximum',
    pattern('^(ab)+$', { maxLength: 6 }),
    ['"ab"', '"ababab"'],
    ['"abababab"'],
  ),
  accepted(
    'groups with a maximum',
    pattern('^[a-z]+(?:-[a-z]+)*$', { maxLength: 20 }),
    ['"abc"', '"ab-cd-ef"'],
    ['"abcdefghijklmnopqrstuvw"'],
  ),
  accepted(
    'alternatives with a maximum',
    pattern('^(?:a+|b{3,}c*)$', { maxLength: 8 }),
    ['"aaaaaaaa"', '"bbbcc"'],
    ['"aaaaaaaaa"'],
  ),
  accepted(
    'a group with a minimum',
    pattern('^(\\+?\\d+)$', { minLength: 5 }),
    ['"12345"', '"+12345"'],
    ['"1234"'],
  ),
  accepted('eight groups', pattern('^(a)(b)(c)(d)(e)(f)(g)(h)$'), ['"abcdefgh"']),
];

export const stringSchemas = [...lengthSchemas, ...formatSchemas, ...patternSchemas];
