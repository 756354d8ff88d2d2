// Package attack is the harness that attacks a main PC: its tests build the real program, start it with the sample
// company and come at it from the network as whoever is there might, with nothing of the product but the wire. Each
// attack has its pass mark, and says what it leaves in the journal, or why it leaves nothing. ASVS.md is what of the
// OWASP ASVS is proven, by which tests; asvs.tsv is what it is made from.
//
// What a whole office shows better in one process (rights on every record, clocks, power cuts, other networks) is
// proven beside the code; ASVS.md names those tests as well.
package attack
