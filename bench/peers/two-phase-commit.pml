/*
 * Two-phase commit (Gray and Lamport, Consensus on Transaction Commit, section 3) with 8 resource managers: the same
 * states and steps as packages/lab/src/lab/models/two-phase-commit.ts, packed as tightly. One process, one step an option,
 * so that Spin stores exactly the states of the protocol and none of its own.
 */
#define ALL 255
#define COMMIT 1
#define ABORT 2

unsigned working : 8 = ALL, prepared : 8, committed : 8, aborted : 8;
unsigned sent : 8, heard : 8, decision : 2;

#define LEAVE(i) working = working & (ALL - (1 << i)); prepared = prepared & (ALL - (1 << i)); \
  committed = committed & (ALL - (1 << i)); aborted = aborted & (ALL - (1 << i))

#define RM(i) \
  :: d_step { decision == 0 && (sent & (1 << i)) -> heard = heard | (1 << i) } \
  :: d_step { (working & (1 << i)) -> LEAVE(i); prepared = prepared | (1 << i); sent = sent | (1 << i) } \
  :: d_step { (working & (1 << i)) -> LEAVE(i); aborted = aborted | (1 << i) } \
  :: d_step { decision == COMMIT -> LEAVE(i); committed = committed | (1 << i) } \
  :: d_step { decision == ABORT -> LEAVE(i); aborted = aborted | (1 << i) }

active proctype world() {
  do
  :: d_step { decision == 0 && heard == ALL -> decision = COMMIT }
  :: d_step { decision == 0 -> decision = ABORT }
  RM(0) RM(1) RM(2) RM(3) RM(4) RM(5) RM(6) RM(7)
  od
}
