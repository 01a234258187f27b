// What the routes of the portal answer, as far as its pages read it.
import type { OwnProof } from "../ui/proof";

/** accounts: of who came in with a code; 0: nobody did. */
export interface Shop { shop: string; desk: string; accounts: number }
export interface Checked { ours: boolean; kind?: string; state?: string; sent?: string; to?: string }
export interface Leak { known: string[]; possible: string[]; since: string | null; until: string | null; told: string }
export interface Mine { until: string; payee: boolean; accounts: { leaks: Leak[] }[] }
export interface Asked { minutes: number; wait_s: number }
export type Held = Record<string, unknown>;
export interface Look { index: number; time: string; kind: string; reader: string; role: string; purpose: string; fields: string[]; masked: string[]; proof: OwnProof }
export interface Seen { items: Look[]; next: string | null; checkpoint: string }
export interface Taken { id: string; kind: string; due: string; basis: string; rights: { regime: string; title: string; text: string }[] }
export interface Part { part: string; currency?: string; unit?: string; worth: number; left: number; usable: number; state: string; until: string; code?: string }
export interface Offer { title: string; terms: string; until: string; parts: Part[] }
