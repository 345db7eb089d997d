package declared

import (
	"fmt"
	"testing"
)

func TestTopics(t *testing.T) {
	topics := []Topic{{"training", []string{"train*"}}, {"coding", []string{"coding rule*"}}, {"review", []string{"review*"}}}
	found, missing := Covered("Coding rules forbid what cannot be bounded; people are trained.", topics)
	if got := fmt.Sprint(found, missing); got != "[training (train) coding (perhaps denied)] [review]" {
		t.Error(got)
	}
}
