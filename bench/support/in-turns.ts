/**
 * Runs every side once a round and starts each round with another one, so that no side always meets the
 * machine in the state that the same other side left it in. Results by side, then by round.
 */
export async function inTurns<Side, Result>(
  sides: readonly Side[],
  rounds: number,
  run: (side: Side, round: number) => Promise<Result>,
): Promise<Map<Side, Result[]>> {
  const results = new Map<Side, Result[]>(sides.map((side) => [side, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const index of sides.keys()) {
      const side = sides[(index + round) % sides.length];
      if (side !== undefined) results.get(side)?.push(await run(side, round));
    }
  }
  return results;
}
