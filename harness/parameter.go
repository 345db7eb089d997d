package harness

import (
	"fmt"
	"maps"
)

var parametersOf = map[string]string{}

// Parameter names a threshold or quota of ours, so that reports print what was in force, and returns it. A second value
// under one name panics.
//
//	var guesses = harness.Parameter("5.1-5: wrong guesses where no limit is declared", 110)
func Parameter[T any](name string, value T) T {
	if _, twice := parametersOf[name]; twice {
		panic(fmt.Sprintf("parameter %q has two values", name))
	}
	parametersOf[name] = fmt.Sprint(value)
	return value
}

// Parameters are all that were named.
func Parameters() map[string]string { return maps.Clone(parametersOf) }
