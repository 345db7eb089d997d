package declared

// A Topic is something that a description must speak of, and the words by which it may, the beginnings of words with an asterisk.
type Topic struct {
	Name  string
	Words []string
}

// Covered parts topics into those that a text speaks of, each with the word that shows it, and those that it does not. A word that
// stands beside a "no" or "not" counts with that said, for a person to read.
func Covered(text string, topics []Topic) (found, missing []string) {
	for _, t := range topics {
		switch w := Affirms(text, t.Words...); {
		case w != "":
			found = append(found, t.Name+" ("+w+")")
		case Says(text, t.Words...):
			found = append(found, t.Name+" (perhaps denied)")
		default:
			missing = append(missing, t.Name)
		}
	}
	return found, missing
}
