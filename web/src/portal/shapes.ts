// What the routes of the portal answer, as far as its pages read it.
export interface Shop { shop: string; desk: string }
export interface Checked { ours: boolean; kind?: string; state?: string; sent?: string; to?: string }
