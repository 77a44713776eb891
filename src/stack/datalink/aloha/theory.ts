/**
 * Throughput against offered load, both in frames a frame time (N. Abramson, "The ALOHA System", AFIPS 1970; L. G.
 * Roberts, "ALOHA Packet System with and without Slots and Capture", 1975). Frames come as a Poisson process of rate G,
 * retransmissions with them; a frame gets through when no other overlaps it.
 */

/** Pure: none may start within two frame times. G·e^(−2G), at most 1/(2e) = 0.184 at G = ½. */
export const pure = (offered: number): number => offered * Math.exp(-2 * offered);

/** Slotted: none may choose the same slot. G·e^(−G), at most 1/e = 0.368 at G = 1. */
export const slotted = (offered: number): number => offered * Math.exp(-offered);

/** Slotted with `stations` that each send in a slot with probability G / stations: G·(1 − G/N)^(N−1). */
export const slottedFinite = (offered: number, stations: number): number =>
  offered * (1 - offered / stations) ** (stations - 1);
