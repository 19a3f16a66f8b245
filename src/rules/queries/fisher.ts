/**
 * One-sided Fisher's exact test: how likely it is that two services change together at least `together` times by chance,
 * given how often each changes among `total` changes.
 */
export function togetherByChance(together: number, one: number, other: number, total: number): number {
  const most = Math.min(one, other);
  let probability = 0;
  for (let count = together; count <= most; count += 1) {
    if (other - count > total - one) continue;
    probability += Math.exp(logChoose(one, count) + logChoose(total - one, other - count) - logChoose(total, other));
  }
  return Math.min(1, probability);
}

function logChoose(of: number, choose: number): number {
  return logFactorial(of) - logFactorial(choose) - logFactorial(of - choose);
}

const logFactorials: number[] = [0];

function logFactorial(value: number): number {
  for (let next = logFactorials.length; next <= value; next += 1) logFactorials.push(logFactorials[next - 1]! + Math.log(next));
  return logFactorials[value]!;
}
