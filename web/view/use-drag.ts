import { useMemo, useRef } from 'preact/hooks';

/** Press and drag along an element: where the pointer is, as a share of its width. At most once a frame. */
export function useDrag(move: (share: number) => void): {
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: (event: PointerEvent) => void;
} {
  const latest = useRef(move);
  latest.current = move;
  return useMemo(() => {
    let isDragging = false;
    let frame = 0;
    let share = 0;
    const take = (event: PointerEvent): void => {
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
      share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => latest.current(share));
    };
    return {
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        isDragging = true;
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        take(event);
      },
      onPointerMove: (event) => {
        if (isDragging) take(event);
      },
      onPointerUp: () => {
        isDragging = false;
      },
    };
  }, []);
}
