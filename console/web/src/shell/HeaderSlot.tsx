import { createContext, type ReactNode, useContext } from 'react';
import { createPortal } from 'react-dom';

/** The place in the header that a page may fill. */
export const HeaderSlot = createContext<HTMLElement | null>(null);

/** Shows its children in the header while the page that has it is on the screen. */
export function InHeader({ children }: { children: ReactNode }) {
  const slot = useContext(HeaderSlot);
  return slot ? createPortal(children, slot) : null;
}
