/** A phone number in the groups in which people read it aloud; anything that is not a number is left as it is. */
export function groupNumber(raw: string): string {
  const found = /^(\+?)(\d+)$/.exec(raw.trim());
  if (!found) return raw;
  const [, plus = '', digits = ''] = found;

  if (digits.length === 11 && digits.startsWith('7')) return `+7 ${national(digits.slice(1))}`;
  if (digits.length === 11 && digits.startsWith('8') && !plus) return `8 ${national(digits.slice(1))}`;
  if (digits.length === 11 && digits.startsWith('1')) {
    return `+1 ${digits.slice(1, 4)} ${digits.slice(4, 7)}-${digits.slice(7)}`;
  }
  if (digits.length === 12 && (digits.startsWith('375') || digits.startsWith('380'))) {
    return `+${digits.slice(0, 3)} ${digits.slice(3, 5)} ${local(digits.slice(5))}`;
  }
  if (plus || digits.length > 10) return plus + threes(digits);
  if (digits.length === 10) return national(digits);
  return local(digits);
}

/** What may be dialled: a number, or the login of a colleague. `undefined` where it is neither. */
export function dialTarget(typed: string): string | undefined {
  const bare = typed.trim();
  const number = bare.replaceAll(/[\s().-]/g, '');
  if (/^\+?\d{2,15}$/.test(number)) return number.replace('+', '');
  const login = bare.toLowerCase();
  return /^[a-z0-9][a-z0-9._-]{1,31}$/.test(login) ? login : undefined;
}

/** A guest's own number, however it is written, as 3 to 15 digits. */
export function guestNumber(typed: string): string | undefined {
  const number = typed.replaceAll(/[\s().-]/g, '');
  return /^\+?\d{3,15}$/.test(number) ? number.replace('+', '') : undefined;
}

function national(ten: string): string {
  return `${ten.slice(0, 3)} ${local(ten.slice(3))}`;
}

/** Two pairs at the end, what is left over in front: 3-2-2, 2-2-2, 1-2-2. */
function local(digits: string): string {
  if (digits.length <= 4) return digits;
  const first = digits.length - 4;
  return [digits.slice(0, first), digits.slice(first, first + 2), digits.slice(first + 2)].join('-');
}

function threes(digits: string): string {
  const groups: string[] = [];
  let rest = digits;
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  return [...groups, rest].join(' ');
}
