package telnet

import (
	"regexp"
	"strings"
)

// What servers say. Prompts are looked for at the end of what was said, words in it as a whole.
var (
	asksUser = regexp.MustCompile(`(?i)(log ?in|log ?on|user( ?name| ?id)?|account|benutzer(name)?)[^\n:]{0,20}:\s*$`)
	asksPass = regexp.MustCompile(`(?i)(pass ?(word|wd|code|phrase)?|pin|kennwort|passwort)[^\n:]{0,40}:\s*$`)
	isShell  = regexp.MustCompile(`^[^\n]{0,100}([$#>]|[^\d\s]%)\s*$`)
	saysNo   = regexp.MustCompile(`(?i)incorrect|denied|invalid|wrong (user|pass|login)|(login|authentication|logon) fail|fail(ed)? to (log|auth)|bad (user|pass|login)|not (allowed|authori[sz]ed)|falsch`)
	putOff   = regexp.MustCompile(`(?i)too many|try again (in|later)|\b(is|been|account|user|temporarily) (locked|blocked)|locked out|wait \d+|gesperrt|zu viele`)
	escapes  = regexp.MustCompile("\x1b(\\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-Za-z]|[=>78cDEHM])")
)

// promptAt tells what the end of a text asks for.
func promptAt(text string) Prompt {
	last := lastLine(text)
	switch {
	case asksPass.MatchString(last):
		return Password
	case asksUser.MatchString(last):
		return User
	case isShell.MatchString(last) && !onlySigns(last):
		return Shell
	}
	return Nothing
}

// onlySigns tells a line of a frame, such as ##########, from a prompt.
func onlySigns(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) > 2 && strings.Trim(line, "#$%>*=-+ ") == ""
}

// printable drops escape sequences and control characters, and writes line ends as \n.
func printable(b []byte) string {
	s := escapes.ReplaceAllString(strings.ToValidUTF8(string(b), "\ufffd"), "")
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0x7f && !(r >= 0x80 && r < 0xa0) {
			return r
		}
		return -1
	}, s)
}
