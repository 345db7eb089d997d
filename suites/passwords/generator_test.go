package passwords

import (
	"math"
	"testing"
)

func TestBitsOfWords(t *testing.T) {
	for text, want := range map[string]float64{
		"Made for each unit of three words of a list of 500, drawn by a random generator.": 3 * math.Log2(500),
		"6 random words, a list of 7,776":                                                  6 * math.Log2(7776),
		"four words from a 2 000-word list":                                                4 * math.Log2(2000),
		"two words":                                                                        0,
	} {
		if got := bitsOfWords(text); math.Abs(got-want) > 1e-9 {
			t.Errorf("%q has %v bits, want %v", text, got, want)
		}
	}
}

func TestCharacters(t *testing.T) {
	for alphabet, want := range map[string]int{"": 0, "0-9": 10, "a-z0-9": 36, "abcabc": 3, "abc-": 4} {
		if got := characters(alphabet); got != want {
			t.Errorf("%q has %d characters, want %d", alphabet, got, want)
		}
	}
}
