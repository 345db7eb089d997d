package device

import (
	"fmt"
	"strings"
)

// nearest says what was probably meant, or lists what there is.
func nearest(word string, known []string) string {
	best, distance := "", max(len(word)/2, 1)+1
	for _, k := range known {
		d := edits(strings.ToLower(word), strings.ToLower(k))
		if _, bare, ok := strings.Cut(k, "-"); ok { // AuthMech for 1-AuthMech
			d = min(d, edits(strings.ToLower(word), strings.ToLower(bare))+1)
		}
		if d < distance {
			best, distance = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return "there is none"
	case len(known) > 30:
		return fmt.Sprintf("it is one of %s and %d more", strings.Join(known[:10], ", "), len(known)-10)
	}
	return "it is one of " + strings.Join(known, ", ")
}

// edits is the number of letters put in, left out, changed or swapped with their neighbour between a and b
// (optimal string alignment). Long words are cut.
func edits(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
