const THOUSAND = 1000;
const TEN = 10;
const DECIMALS = 2;

function withCommas(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A number for people: whole from a thousand on, one decimal from ten on, else two. */
export function formatAmount(value: number): string {
  const size = Math.abs(value);
  const decimals = size >= THOUSAND ? 0 : size >= TEN ? 1 : DECIMALS;
  const [whole = '', part] = size.toFixed(decimals).split('.');
  const text = part === undefined ? withCommas(whole) : `${withCommas(whole)}.${part}`;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}
