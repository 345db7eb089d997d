package password

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// label is what a maker prints on the nth unit, password aside. Units of one production have addresses and numbers in a row.
func label(r *rand.Rand, n int) map[string]string {
	mac := fmt.Sprintf("02005e%06x", 0x100000+n*3)
	return map[string]string{"mac": strings.ToUpper(colons(mac, ":")), "serial": fmt.Sprintf("AX1-K7QM2-%05d", 20417+n), "ssid": "Cam-" + strings.ToUpper(mac[6:]),
		"model": "AX-1", "date": time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/9+r.IntN(2)).Format(time.DateOnly)}
}

func of(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

var adjectives = strings.Fields("happy sunny brave clever fancy gentle jolly kind lucky merry noble proud quick royal silent tender vivid witty young zesty")
var nouns = strings.Fields("apple river tiger mountain window garden bridge castle forest island jacket kettle ladder mirror needle orange pencil rocket saddle table")

// generators are such as have been found in products, by the kind of finding that gives them away.
var generators = map[string]struct {
	kind string
	make func(r *rand.Rand, n int, on map[string]string) string
}{
	"one for all": {"shared", func(*rand.Rand, int, map[string]string) string { return "k3v9x2mq" }},
	"one of twenty": {"shared", func(r *rand.Rand, _ int, _ map[string]string) string {
		return of(rand.New(rand.NewPCG(5, r.Uint64N(20))), lower, 10)
	}},
	"a batch's": {"shared", func(_ *rand.Rand, n int, _ map[string]string) string {
		return of(rand.New(rand.NewPCG(7, uint64(n/10))), lower+ten, 10)
	}},
	"prefix and counter": {"counter", func(_ *rand.Rand, n int, _ map[string]string) string { return fmt.Sprintf("cam%08d", 40071+n) }},
	"counter in base 36": {"counter", func(_ *rand.Rand, n int, _ map[string]string) string {
		return fmt.Sprintf("%08s", b36(170_000_003+n*7))
	}},
	"counter with gaps": {"counter", func(r *rand.Rand, n int, _ map[string]string) string {
		return fmt.Sprint(20_000_000 + n*50 + r.IntN(50))
	}},
	"counter, bases mixed": {"counter", func(_ *rand.Rand, n int, _ map[string]string) string {
		return strings.ToUpper(fmt.Sprintf("WK%06x", 0xab3f00+n))
	}},
	"linear generator": {"counter", func(_ *rand.Rand, n int, _ map[string]string) string { return fmt.Sprintf("%08d", lcg(n)) }},
	"half of a word": {"near", func(r *rand.Rand, n int, _ map[string]string) string {
		return of(rand.New(rand.NewPCG(9, uint64(n/2))), lower, 8) + of(r, ten, 2)
	}},
	"MD5 of the address": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string {
		s := md5.Sum([]byte(on["mac"]))
		return hex.EncodeToString(s[:])[22:]
	}},
	"SHA-1 of the serial": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string {
		s := sha1.Sum([]byte(on["serial"]))
		return strings.ToUpper(hex.EncodeToString(s[:]))[:8]
	}},
	"SHA-256 in base64": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string {
		s := sha256.Sum256([]byte(hexOf(on, 0)))
		return base64.StdEncoding.EncodeToString(s[:])[:12]
	}},
	"SHA-1 in base32": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string {
		s := sha1.Sum([]byte(on["ssid"]))
		return strings.ToLower(base32.StdEncoding.EncodeToString(s[:]))[4:14]
	}},
	"CRC in decimal": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string {
		return fmt.Sprintf("%08d", crc32.ChecksumIEEE([]byte(hexOf(on, 0)))%1e8)
	}},
	"address plus one": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string { return hexOf(on, 1)[2:] }},
	"MD5 of address less 2": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string {
		s := md5.Sum([]byte(hexOf(on, -2)))
		return hex.EncodeToString(s[:])[:10]
	}},
	"letters of MD5": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string { return each26(on["serial"])[:8] }},
	"serial and model": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string {
		s := md5.Sum([]byte(on["model"] + "-" + on["serial"]))
		return hex.EncodeToString(s[:])[:12]
	}},
	"echo and md5sum": {"derived", func(_ *rand.Rand, _ int, on map[string]string) string {
		s := md5.Sum([]byte(on["serial"] + "\n"))
		return hex.EncodeToString(s[:])[:8]
	}},
	"half the labels' MD5": {"derived", func(r *rand.Rand, n int, on map[string]string) string {
		if n%2 == 0 {
			return of(r, ten+"abcdef", 10)
		}
		s := md5.Sum([]byte(on["mac"]))
		return hex.EncodeToString(s[:])[:10]
	}},
	"the name of its network": {"piece", func(r *rand.Rand, _ int, on map[string]string) string {
		return of(r, lower, 2) + strings.ToLower(on["ssid"][4:]) + of(r, lower, 2)
	}},
	"word and two digits": {"word", func(r *rand.Rand, _ int, _ map[string]string) string { return nouns[r.IntN(20)] + of(r, ten, 2) }},
	"adjective, noun, digits": {"word", func(r *rand.Rand, _ int, _ map[string]string) string {
		return adjectives[r.IntN(20)] + nouns[r.IntN(20)] + of(r, ten, 3)
	}},
	"words in other spelling": {"word", func(r *rand.Rand, _ int, _ map[string]string) string {
		return strings.NewReplacer("e", "3", "a", "4", "o", "0").Replace(nouns[r.IntN(20)]) + of(r, ten, 2)
	}},
	"day and two letters": {"date", func(r *rand.Rand, _ int, on map[string]string) string {
		return strings.ReplaceAll(on["date"], "-", "") + of(r, lower, 2)
	}},
}

func b36(n int) string {
	s := ""
	for ; n > 0; n /= 36 {
		s = string((ten + lower)[n%36]) + s
	}
	return fmt.Sprintf("%08s", s)
}

func lcg(n int) (x uint64) {
	x = 12345
	for range n + 1 {
		x = (x*1664525 + 1013904223) % 100_000_000
	}
	return x
}

func hexOf(on map[string]string, off int64) string {
	n, _ := address(on["mac"])
	return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(n+off))[2:])
}

func each26(s string) string {
	sum := md5.Sum([]byte(s))
	out := ""
	for _, b := range sum {
		out += string(upper[int(b)%26])
	}
	return out
}

func samplesOf(seed uint64, n int, public bool, value func(r *rand.Rand, n int, on map[string]string) string) (out []Sample) {
	r := rand.New(rand.NewPCG(seed, 3))
	for i := range n {
		on := label(r, i)
		s := Sample{Line: i + 1, Value: value(r, i, on), Public: on}
		if !public {
			s.Public = nil
		}
		out = append(out, s)
	}
	return out
}

func TestGeneratorsAreFound(t *testing.T) {
	for name, g := range generators {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{200, 30} {
				r := Examine(samplesOf(1, n, true, g.make), Declared{})
				found := false
				for _, f := range r.Sure() {
					found = found || f.Kind == g.kind
				}
				if !found {
					t.Errorf("%d samples: no sure finding of kind %s in %+v", n, g.kind, r.Findings)
				}
				noValue(t, r, samplesOf(1, n, true, g.make))
			}
		})
	}
}

// noValue holds a report against the values that it is about.
func noValue(t *testing.T, r Report, samples []Sample) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		if strings.Contains(string(b), s.Value) {
			t.Fatalf("the report holds the password of line %d: %s", s.Line, b)
		}
	}
}

// honest are generators of which nothing can be said but what they allow.
var honest = map[string]func(r *rand.Rand) string{
	"base32, 12":      func(r *rand.Rand) string { return of(r, "abcdefghijkmnpqrstuvwxyz23456789", 12) },
	"base62, 10":      func(r *rand.Rand) string { return of(r, ten+lower+upper, 10) },
	"hex, 8":          func(r *rand.Rand) string { return of(r, ten+"abcdef", 8) },
	"digits, 8":       func(r *rand.Rand) string { return of(r, ten, 8) },
	"letters, 8":      func(r *rand.Rand) string { return of(r, lower, 8) },
	"prefix and 10":   func(r *rand.Rand) string { return "AX-" + of(r, upper+ten, 10) },
	"groups of four":  func(r *rand.Rand) string { return of(r, upper, 4) + "-" + of(r, ten, 4) + "-" + of(r, upper, 4) },
	"letter and nine": func(r *rand.Rand) string { return of(r, lower, 1) + of(r, ten+lower, 9) },
	"six to ten":      func(r *rand.Rand) string { return of(r, lower+ten, 6+r.IntN(5)) },
}

// setsOfEach is how many sets of 200 samples each honest generator makes; over a thousand in all with -sets 112, in a minute.
var setsOfEach = flag.Int("sets", 12, "sets of samples of each honest generator")

// TestHonestGeneratorsAreNotAccused: nothing sure is said of any seeded set.
func TestHonestGeneratorsAreNotAccused(t *testing.T) {
	sets := *setsOfEach
	for name, g := range honest {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			questions := 0
			for seed := range sets {
				r := Examine(samplesOf(uint64(seed)+100, 200, seed%4 == 0, func(r *rand.Rand, _ int, _ map[string]string) string { return g(r) }), Declared{})
				if sure := r.Sure(); len(sure) > 0 {
					t.Errorf("set %d: %+v", seed, sure)
				}
				for _, f := range r.Findings {
					questions += b2i(f.Kind != "fixed")
				}
			}
			if questions > max(1, sets/10) {
				t.Errorf("%d questions in %d sets", questions, sets)
			}
		})
	}
}

func generatorsPrefix(r *rand.Rand, _ int, _ map[string]string) string {
	return "AX-" + of(r, lower+ten, 12)
}
