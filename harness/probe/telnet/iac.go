package telnet

import "fmt"

// Commands of RFC 854 and 855.
const (
	cmdIAC  = 255
	cmdDONT = 254
	cmdDO   = 253
	cmdWONT = 252
	cmdWILL = 251
	cmdSB   = 250
	cmdSE   = 240
)

var commands = map[byte]string{cmdDO: "DO", cmdDONT: "DONT", cmdWILL: "WILL", cmdWONT: "WONT"}

// options are the names of the common ones, from the registry of telnet options.
var options = map[byte]string{0: "BINARY", 1: "ECHO", 3: "SUPPRESS-GO-AHEAD", 5: "STATUS", 6: "TIMING-MARK", 24: "TERMINAL-TYPE", 31: "NAWS",
	32: "TERMINAL-SPEED", 33: "REMOTE-FLOW-CONTROL", 34: "LINEMODE", 35: "X-DISPLAY-LOCATION", 36: "ENVIRON", 37: "AUTHENTICATION", 38: "ENCRYPT", 39: "NEW-ENVIRON"}

const maxOptions = 64 // that are noted and answered: a server that asks on is not answered any more

// iac takes telnet's commands out of a stream, in whatever pieces it comes, and refuses what a dumb terminal does not do:
// the server may echo and suppress go-ahead, all else is declined.
type iac struct {
	options []string
	state   byte // 0 text, cmdIAC after IAC, a command that waits for its option, cmdSB inside, cmdSE after IAC inside
}

// take returns the text in a piece and what is to be answered.
func (t *iac) take(in []byte) (text, reply []byte) {
	for _, b := range in {
		switch t.state {
		case 0:
			if b == cmdIAC {
				t.state = cmdIAC
			} else if b != 0 {
				text = append(text, b)
			}
		case cmdIAC:
			t.state = 0
			switch {
			case b == cmdIAC:
				text = append(text, b)
			case b == cmdSB || commands[b] != "":
				t.state = b
			}
		case cmdSB:
			if b == cmdIAC {
				t.state = cmdSE
			}
		case cmdSE:
			if t.state = cmdSB; b == cmdSE {
				t.state = 0
			}
		default:
			reply = append(reply, t.answer(t.state, b)...)
			t.state = 0
		}
	}
	return text, reply
}

func (t *iac) answer(command, option byte) []byte {
	if len(t.options) >= maxOptions {
		return nil
	}
	name := options[option]
	if name == "" {
		name = fmt.Sprint(option)
	}
	t.options = append(t.options, commands[command]+" "+name)
	switch {
	case command == cmdDO:
		return []byte{cmdIAC, cmdWONT, option}
	case command == cmdWILL && (option == 1 || option == 3):
		return []byte{cmdIAC, cmdDO, option}
	case command == cmdWILL:
		return []byte{cmdIAC, cmdDONT, option}
	}
	return nil
}
