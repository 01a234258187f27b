/*
 * How thickly canaries stand among the customers. The vault plants by it, the simulator plays by it.
 */
#ifndef AMN_WATCH_CANARIES_H
#define AMN_WATCH_CANARIES_H

enum {
    CANARY_EVERY = 300,      /* customers */
    CANARY_EVERY_FIRST = 40, /* of the first CANARY_FIRST_BLOCKS blocks: a small shop has some, too */
    CANARY_FIRST_BLOCKS = 20
};

#endif
