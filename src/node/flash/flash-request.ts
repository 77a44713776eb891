/** What is asked of flashing, and what it tells while it goes on. */
import type { FlashBoard } from '../../hardware/flash/chips.ts';
import type { LoaderPhase } from '../../hardware/flash/loader.ts';
import type { FlashWorld } from './flash-world.ts';
import type { FlashImage } from './image-file.ts';

export type FlashEvent =
  | { readonly kind: 'image'; readonly board: string; readonly image: FlashImage }
  | { readonly kind: 'phase'; readonly phase: LoaderPhase; readonly at: string }
  /** The person has to bring the loader: by which button, and what will appear. */
  | {
      readonly kind: 'button';
      readonly board: string;
      readonly button: string;
      readonly label: string;
    }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number };

/** By which of the RP2040's two loaders; both are in its ROM. */
export type Via = 'picoboot' | 'volume';

/** One flashing, from the search for the loader on. */
export interface Flashing {
  readonly board: FlashBoard;
  readonly image: FlashImage;
  /** Where the board was found, or is said to be; undefined where only its loader's volume is known. */
  readonly port: string | undefined;
  /** The loader's volume that was there already. */
  readonly volume: string | undefined;
  /** The USB device that was there already, as the world calls it. */
  readonly device: string | undefined;
  /** Undefined: by USB where that can be had, else by the volume. */
  readonly via: Via | undefined;
  /** Somebody reads what is told, and can press a button. */
  readonly attended: boolean;
  readonly world: FlashWorld;
  readonly signal: AbortSignal;
  readonly tell: (event: FlashEvent) => void;
}
