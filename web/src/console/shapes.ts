// What the API answers with, as far as the pages show it.
export interface Used { used: number; limit: number }
export interface BudgetRow { scope: string; minute: Used; hour: Used; day: Used; month: Used }
export interface ReaderRow { reader: string; name: string; role: string; breaker: string; habit: { people_today: number; days: number; usual_a_day: number; busiest_hour: number; hours: number[]; rise_tenths: number; alerted: boolean }; budgets: BudgetRow[] }
export interface WatchStatus { customers: number; watch: { on: boolean; readers: number; refused: number; muted: number }; items: ReaderRow[] }
export interface Alert { alert: string; detector: string; severity: string; reader: string; name?: string; system?: string; state: string; breaker: string; first: string; last: string; findings: number; muted: number; people: number; trips: boolean }
export interface Alerts { items: Alert[]; next: string | null; breakers: { reader: string; breaker: string; by: string; trips: number; since?: string }[]; mutes: { detector: string; reader: string; until: string; reason: string }[] }
export interface Incident { id: string; title: string; kind: string; state: string; opened: string; owner: string; lines: number }
export interface Candidate { from: string; instant: string; state: string; due: string | null; due_local?: string; by_seconds: number; who?: string; why?: string }
export interface Clock { regime: string; duty: string; title: Record<string, string>; to: string; stage: string; recipients: string[]; owed: string; zone: string; running: boolean; candidates: Candidate[]; must: string[]; required: number; held: number; missing: { element: string; state: string; knows: string; doubted: boolean }[]; acknowledged: { who: string; at?: string; time?: string } | null; proof: unknown; source: string; sure: string; depends_on?: string[]; policy: boolean }
export interface Clocks { at: string; applies: { regime: string; applies: string; people: number }[]; uncovered: string[]; clocks: Clock[] }
/** What the list of the desk tells of a ticket: neither whose it is nor what it says. */
export interface Ticket { id: string; kind: string; state: string; opened: string; due: string | null; overdue: boolean; owner: string | null }
export interface Approval { approval: string; state: string; kind: string; what: string; about?: { code: string; values: Record<string, string> }; asker: string; asked: string; lapses?: string; effective?: string; changes?: { member: string; was: string; now: string }[] }
/** A line of an incident, folded with those that amend it. */
export interface Line { line: number; entry: number; kind: string; time: string; author: string; text?: string; name?: string; state?: string; who?: string; at?: string; due?: string; of?: number; source?: string; role?: string; lang?: string; hash?: string; bytes?: number; lines?: number; needs_evidence?: boolean; evidence_count?: number; question?: string; ledger?: number; scope?: number; people?: number; basis?: string; cause?: boolean; check?: string; fixes?: number; failed?: number; passed?: number; for?: number[]; against?: number[]; counts?: boolean; changed?: string }
