/* SPDX-License-Identifier: MIT */
/*
 * Exchange, stash, partial batches, waiting and one change of a route, without any timer: what was kicked is carried
 * by the calls of those who make room. Two sources, two targets of the same UMEM, rings of few entries.
 *
 *   source 0 --- target 0, then target 1         source 1 --- target 0
 *
 * Wherever nobody can do anything any more, every packet has been delivered once and every frame is in one place.
 * Compiled with -DMUTANT=N one step is wrong, which has to be found.
 */
#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef PACKETS
#define PACKETS 3	/* that each source sends */
#endif

#define NS 2
#define NT 2
#define NF 7		/* frames: two of each source, one or two of each target */
#define TX 2		/* entries */
#define RX 1
#define CQ 1
#define NOBODY 9

/* TX rings by position, since redirects look before they release. */
byte tx[4], put[NS], got[NS];
chan cq[NS] = [CQ] of { byte };
chan rx[NT] = [RX] of { byte };
chan fq[NT] = [NF] of { byte };
chan stash[NT] = [NF] of { byte };
chan mine[NS] = [NF] of { byte };	/* frames in the hands of a source */

bool claimed[NS], kicked[NS];
byte waits[NS] = NOBODY;		/* the pool that it waits at: a target, or its own as NT + number */
byte route[NS];
byte section[8] = NOBODY;		/* of a process: whose route it may be looking at */
bool route_gone;			/* nothing may come by the old route any more */

byte packet[NF];			/* in a frame, counted from 1 */
byte arrived[NS], arrived_at[NS];

inline begin_section(s) { section[_pid] = s }
inline end_section() { section[_pid] = NOBODY }

/* Moves at most what all rings have room for. @took frames are in the hands of who does it. */
inline redirect(s) {
	t = route[s];
	n = put[s] - got[s];
	took = 0;
	stopped_at = NOBODY;
	do
	:: atomic { took < n && len(stash[t]) > 0 -> stash[t]?g; hand[took] = g; took++ }
	:: atomic { took < n && len(stash[t]) == 0 && len(fq[t]) > 0 -> fq[t]?g; hand[took] = g; took++ }
	:: took == n || len(stash[t]) + len(fq[t]) == 0 -> break
	od;
	moved = 0;
	/* Under the lock of the completion ring. */
	d_step {
		do
		:: moved < took && len(rx[t]) < RX && len(cq[s]) < CQ ->
			f = tx[s * TX + (got[s] + moved) % TX];
			rx[t]!f;
			cq[s]!hand[moved];
			moved++
		:: else -> break
		od;
		if
		:: moved == n
		:: moved < n && len(cq[s]) == CQ -> stopped_at = NT + s
		:: else -> stopped_at = t
		fi;
		assert(!(s == 0 && t == 0 && moved && route_gone))
	};
#if MUTANT == 1		/* what was looked at leaves TX, not what was moved */
	got[s] = got[s] + n;
#else
	got[s] = got[s] + moved;
#endif
	do
	:: moved < took ->
#if MUTANT != 2		/* leftover frames are forgotten */
		stash[t]!hand[moved];
#endif
		moved++
	:: else -> break
	od
}

inline has_room(s, at, yes) {
	if
	:: at >= NT -> yes = len(cq[s]) < CQ
	:: else -> yes = len(rx[at]) < RX && len(stash[at]) + len(fq[at]) > 0
	fi
}

/* Until its TX ring is empty, it waits somewhere, or somebody else is at it. */
inline carry(s) {
	begin_section(s);
	do
	:: true ->
		if
		:: atomic { !claimed[s] -> claimed[s] = true }
		:: atomic { claimed[s] -> break }
		fi;
		kicked[s] = false;
		redirect(s);
		claimed[s] = false;
		if
		:: stopped_at == NOBODY ->
#if MUTANT == 3		/* who left a note is not seen */
			break
#else
			if
			:: kicked[s]
			:: else -> break
			fi
#endif
		:: else ->
#if MUTANT == 4		/* it waits nowhere */
			break
#else
			waits[s] = stopped_at;
#if MUTANT == 5		/* room that came meanwhile is not seen */
			break
#else
			has_room(s, stopped_at, again);
			if
			:: again
			:: else -> break
			fi
#endif
#endif
		fi
	od;
	end_section()
}

inline serve(at) {
	i = 0;
	do
	:: i < NS ->
		if
		:: atomic { waits[i] == at -> waits[i] = NOBODY }
			carry(i)
		:: else
		fi;
		i++
	:: else -> break
	od
}

#define LOCALS byte t, n, took, moved, f, g, i, stopped_at; byte hand[TX]; bool again

proctype source(byte s) {
	LOCALS;
	byte sent = 0, frame;
	do
	:: sent < PACKETS && put[s] - got[s] < TX && len(mine[s]) > 0 ->
		d_step {
			mine[s]?frame;
			packet[frame] = s * PACKETS + sent + 1;
			tx[s * TX + put[s] % TX] = frame;
			put[s]++;
			sent++
		};
		kicked[s] = true;
		carry(s)
	:: atomic { cq[s]?frame -> mine[s]!frame };
		serve(NT + s)
	od
}

proctype target(byte at) {
	LOCALS;
	byte frame, from;
	do
	:: atomic {
			rx[at]?frame ->
			assert(packet[frame] != 0);
			from = (packet[frame] - 1) / PACKETS;
			/* In their order, and each once; the other target may have a later one of a new route first. */
			arrived[from]++;
			assert(arrived[from] <= PACKETS);
			packet[frame] = 0
		};
		fq[at]!frame;
		serve(at)
	od
}

/* Leads source 0 to another target. */
proctype admin() {
	LOCALS;
	byte p = 0;
	route[0] = 1;
#if MUTANT != 6		/* it does not wait for who may still see the old route */
	do
	:: p < 8 -> section[p] != 0; p++
	:: else -> break
	od;
#endif
	route_gone = true;
	waits[0] = NOBODY;
#if MUTANT != 7		/* what waited for the old target is not carried on */
	kicked[0] = true;
	carry(0)
#endif
}

byte seen[NF];
#define LOOK(c, many) \
	many = len(c); \
	do \
	:: many > 0 -> c?x; c!x; seen[x]++; many-- \
	:: else -> break \
	od

/* When nobody can do anything. */
proctype audit() {
	byte x, many, s;
	timeout;
	d_step {
		assert(arrived[0] == PACKETS && arrived[1] == PACKETS);
		s = 0;
		do
		:: s < NS ->
			LOOK(cq[s], many);
			LOOK(mine[s], many);
			LOOK(rx[s], many);
			LOOK(fq[s], many);
			LOOK(stash[s], many);
			assert(put[s] == got[s]);
			s++
		:: else -> break
		od;
		x = 0;
		do
		:: x < NF -> assert(seen[x] == 1); x++
		:: else -> break
		od
	}
}

init {
	atomic {
		mine[0]!0; mine[0]!1; mine[1]!2; mine[1]!3;
		fq[0]!4; fq[0]!5; fq[1]!6;
		run source(0); run source(1);
		run target(0); run target(1);
		run admin();
		run audit()
	}
}
