// What is drawn of a line that is too long for a page: its beginning, or the part around what is searched for.

export interface Cut {
  text: string;
  /** Characters that are left out before and after it. */
  before: number;
  after: number;
}

const AROUND = 60;

export function cutOf(text: string, search: string, most: number): Cut {
  if (text.length <= most) return { text, before: 0, after: 0 };
  const place = search ? text.toLowerCase().indexOf(search.toLowerCase()) : -1;
  const from = place + search.length > most ? Math.max(0, place - AROUND) : 0;
  const cut = text.slice(from, from + most);
  return { text: cut, before: from, after: text.length - from - cut.length };
}
