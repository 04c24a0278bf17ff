/** A scalar's text in the one form that is stored, or what the API server says of a text that is none. */
export type CanonicalText = { readonly text: string } | { readonly error: string };
