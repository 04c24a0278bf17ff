/** Of a call: objects and words are read, not computed. */
export interface Argument {
  readonly type: 'word' | 'reference' | 'string';
  readonly offset: number;
  readonly text: string;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*';
export type Logic = '&&' | '||';

export type Node =
  | { readonly type: 'number' | 'duration'; readonly offset: number; readonly value: number }
  | { readonly type: 'text'; readonly offset: number; readonly value: string }
  | { readonly type: 'boolean'; readonly offset: number; readonly value: boolean }
  | {
      readonly type: 'call';
      readonly offset: number;
      readonly name: string;
      readonly arguments: readonly Argument[];
      /** As it was written. */
      readonly text: string;
    }
  | { readonly type: 'not' | 'negative'; readonly offset: number; readonly operand: Node }
  | {
      readonly type: 'comparison';
      readonly offset: number;
      readonly operator: Comparison;
      readonly left: Node;
      readonly right: Node;
      /** Of the right side, as it was written. */
      readonly rightText: string;
    }
  | {
      readonly type: 'arithmetic';
      readonly offset: number;
      readonly operator: Arithmetic;
      readonly left: Node;
      readonly right: Node;
    }
  | {
      readonly type: 'logic';
      readonly offset: number;
      readonly operator: Logic;
      readonly left: Node;
      readonly right: Node;
    };
