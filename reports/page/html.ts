import htm from 'htm';
import { type ComponentChildren, h } from 'preact';

/** Whatever can stand inside an element: elements, text (escaped when rendered), lists, or nothing. */
export type View = ComponentChildren;

/** Tagged template that builds elements. Interpolated text is escaped by the renderer, always. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => View;
