// Stories of the console: as staff use it, each in three languages, on a phone and at a desk. `console.mjs shop` tells of the
// daily work, `console.mjs leak` of a leak; they share nothing and may run side by side.
import { copyFileSync } from "node:fs";
import { openCast } from "./cast.mjs";
import { desk } from "./console/desk.mjs";
import { door } from "./console/door.mjs";
import { evidence } from "./console/evidence.mjs";
import { faults } from "./console/faults.mjs";
import { incident } from "./console/incident.mjs";
import { ledger } from "./console/ledger.mjs";
import { lists } from "./console/lists.mjs";
import { people } from "./console/people.mjs";
import { settings } from "./console/settings.mjs";
import { team } from "./console/team.mjs";
import { told } from "./console/told.mjs";
import { watch } from "./console/watch.mjs";
import { SCREENS, tell } from "./stage.mjs";

const PROGRAMS = {
  shop: { stories: { ...door, ...people, ...ledger, ...watch, ...settings, ...team, ...desk, ...lists }, readme: ["today", "person-shown"] },
  leak: { stories: { ...faults, ...incident, ...told, ...evidence }, readme: ["incident-scope"] },
};

const { stories, readme } = PROGRAMS[process.argv[2]];
const cast = await openCast();
const failed = await tell(Object.fromEntries(Object.entries(stories).map(([name, story]) => [name, cast.told(story)])));
if (process.env.AMN_README && !failed) for (const name of readme) copyFileSync(`${SCREENS}/${name}-en-desktop.png`, `${process.env.AMN_README}/${name}.png`); // README's
await cast.close();
process.exit(failed ? 1 : 0);
