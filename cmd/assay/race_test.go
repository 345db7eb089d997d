//go:build race

package main

// underRace is how many times as much memory the race detector takes, at least (its manual says five to ten).
const underRace = 4
