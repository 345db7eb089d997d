package page

import (
	"math"
	"regexp"
	"strings"
	"unicode"
)

// Ease is how easily a text reads, by counts alone. It ranks texts; whether one is understood is a person's to say.
type Ease struct {
	Words, Sentences, Syllables int
	// Flesch is the reading ease of Flesch (1948), of a German text that of Amstad (1978): 100 is very easy, under 30
	// hard. 0 where there are too few words, or they are in another language.
	Flesch float64
	// Grade is the school year of Kincaid (1975), of an English text alone.
	Grade float64
}

const fewest = 40 // words below which a text has neither language nor ease

var sentenceEnd = regexp.MustCompile(`[.!?:;]+(?:\s|$)|\n`)

func ease(text, lang string) (e Ease) {
	for _, s := range sentenceEnd.Split(text, -1) {
		n := 0
		for _, w := range words(s) {
			n++
			e.Syllables += syllables(w, lang)
		}
		if e.Words += n; n > 0 {
			e.Sentences++
		}
	}
	if e.Words < fewest {
		return e
	}
	long, heavy := float64(e.Words)/float64(e.Sentences), float64(e.Syllables)/float64(e.Words)
	switch lang {
	case "en":
		e.Flesch, e.Grade = tenth(206.835-1.015*long-84.6*heavy), tenth(0.39*long+11.8*heavy-15.59)
	case "de":
		e.Flesch = tenth(180 - long - 58.5*heavy)
	}
	return e
}

func tenth(f float64) float64 { return math.Round(f*10) / 10 }

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
}

// syllables counts groups of vowels; in English a silent e at the end is none.
func syllables(w, lang string) (n int) {
	in := false
	for _, r := range w {
		vowel := strings.ContainsRune("aeiouyäöüáàâéèêíìîóòôúùû", r)
		if vowel && !in {
			n++
		}
		in = vowel
	}
	if lang == "en" && n > 1 && strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") {
		n--
	}
	return max(n, 1)
}

// commonest are the words that betray a language.
var commonest = map[string]string{
	"en": "the of and to in a is that for it you with are be this on your or not from can by an will have which if as at we when all any how until",
	"de": "der die das und ist in den von zu mit sich auf für nicht ein eine sie es im dem werden wird oder bei auch wir ihr ihre wenn bis durch nach kann",
	"fr": "le la les de des et est une un du en que qui pour dans ce pas vous votre nous sur par au avec sont ou plus être",
	"es": "el la los las de y que en un una es por con para se no del su al lo como más o este si usted",
	"it": "il la di che e un una per è in con non del si le i da al sono come anche o nel della gli",
	"nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als bij door uw wordt of naar",
}

// language guesses a text's language by its commonest words: a quarter of a text in English, a twelfth at least of any.
func language(text string) (best string) {
	all := words(text)
	if len(all) < fewest {
		return ""
	}
	most := len(all) / 12
	for _, lang := range []string{"en", "de", "fr", "es", "it", "nl"} {
		known, n := map[string]bool{}, 0
		for _, w := range strings.Fields(commonest[lang]) {
			known[w] = true
		}
		for _, w := range all {
			if known[w] {
				n++
			}
		}
		if n > most {
			best, most = lang, n
		}
	}
	return best
}
