package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/web"
)

// A Job is what a worker process is told: one target, once. It is the first line on its standard input.
type Job struct {
	Opening    Opening  `json:"opening"`
	Dir        string   `json:"dir"`                   // run directory of this target
	DeviceFile string   `json:"device_file,omitempty"` // its path
	AlsoFile   string   `json:"also_file,omitempty"`   // that of the other edition, for judging in both
	A          Place    `json:"a"`
	B          *Place   `json:"b,omitempty"`
	Pages      []string `json:"pages,omitempty"`   // of the supplier, beside those that the device file names
	Restore    string   `json:"restore,omitempty"` // not a run: put back what the record of a dead worker leaves, and say why it died
	// Secrets are what the dead worker's handles stand for. They pass from worker to parent to worker by pipes, and are written nowhere.
	Secrets map[string]string `json:"secrets,omitempty"`
}

// A Place is where a device is found: its scope.
type Place struct {
	Addresses []netip.Addr `json:"addresses"`
	Ports     []uint16     `json:"ports,omitempty"` // nil: all
}

// A Message is a line that a worker writes on file descriptor 3.
type Message struct {
	Planned []string `json:"planned,omitempty"`
	Begun   string   `json:"begun,omitempty"` // unit
	Purpose string   `json:"purpose,omitempty"`
	Asking  string   `json:"asking,omitempty"`
	Device  string   `json:"device,omitempty"`
	Judged  *Outcome `json:"judged,omitempty"`
	Error   string   `json:"error,omitempty"` // the run could not begin
	// Secrets are the values that undoing what is about to be done will need, should this worker die.
	Secrets map[string]string `json:"secrets,omitempty"`
}

// ErrParentGone is the cause of a run whose parent process ended.
var ErrParentGone = errors.New("the program that started this run is gone")

// Work is the worker's side: it reads a job from in, runs it, and writes messages to out. It returns an exit code.
func Work(in io.Reader, out io.Writer, identify func(context.Context, *dial.Device) (Facts, error)) int {
	lines := bufio.NewReader(in)
	var job Job
	line, err := lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &job)
	}
	say := speaker(out)
	if err != nil {
		say(Message{Error: "read the job: " + err.Error()})
		return ExitTrouble
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() { // a line is an order to stop; the end of the input is the end of the parent
		if why, err := lines.ReadString('\n'); err == nil {
			cancel(fmt.Errorf("%s", why[:len(why)-1]))
			return
		}
		cancel(ErrParentGone)
	}()
	if err := job.work(ctx, say, identify); err != nil {
		say(Message{Error: err.Error()})
		return ExitTrouble
	}
	return 0
}

func speaker(out io.Writer) func(Message) {
	var mu sync.Mutex
	enc := json.NewEncoder(out)
	return func(m Message) {
		mu.Lock()
		defer mu.Unlock()
		enc.Encode(m) // a parent that does not listen is noticed by the end of the input
	}
}

func (j Job) work(ctx context.Context, say func(Message), identify func(context.Context, *dial.Device) (Facts, error)) error {
	a, b, err := j.devices()
	if err != nil {
		return err
	}
	if j.Restore != "" {
		evidence.Inherit(j.Secrets)
		_, err := Restore(ctx, j.Dir, j.Restore, a, b)
		return err
	}
	rec, err := evidence.Create(j.Dir)
	if err != nil {
		return err
	}
	defer rec.Close()
	r := &Run{Opening: j.Opening, Record: rec, Clock: a.Clock, Identify: identify, Progress: Progress{
		Planned: func(units []string) { say(Message{Planned: units}) },
		Begun:   func(unit, purpose string) { say(Message{Begun: unit, Purpose: purpose}) },
		Asking:  func(device, key string) { say(Message{Asking: key, Device: device}) },
		Judged:  func(o Outcome) { say(Message{Judged: &o}) },

		Changing: func(secrets map[string]string) { say(Message{Secrets: secrets}) },
	}}
	if j.AlsoFile != "" {
		if r.Also, err = device.Load(j.AlsoFile); err != nil {
			return err
		}
		r.Also = j.Opening.Supplied.Into(r.Also)
	}
	if _, err := r.Start(ctx, a, b); err != nil {
		return err
	}
	return rec.Err()
}

// devices opens the doors to the target and its twin.
func (j Job) devices() (a, b *dial.Device, err error) {
	var f *device.File
	if j.DeviceFile != "" {
		if f, err = device.Load(j.DeviceFile); err != nil {
			return nil, nil, err
		}
	}
	f = j.Opening.Supplied.Into(f)
	c := &clock.Waits{Clock: clock.Real()}
	if a, err = j.A.open("A", f, c); err != nil {
		return nil, nil, err
	}
	if a.Web, err = j.pages(f); err != nil {
		return nil, nil, err
	}
	if j.B != nil {
		b, err = j.B.open("B", f, c)
	}
	return a, b, err
}

// pages opens the door to the supplier's pages, as far as they are named.
func (j Job) pages(f *device.File) (*web.Door, error) {
	named := append(web.Hosts(f), j.Pages...)
	if j.AlsoFile != "" {
		also, err := device.Load(j.AlsoFile)
		if err != nil {
			return nil, err
		}
		named = append(named, web.Hosts(also)...)
	}
	return web.Open(named...)
}

// open opens the door to a unit. What the door waits to keep its pace is by the wall clock, and no wait of a method.
func (p Place) open(name string, f *device.File, c clock.Clock) (*dial.Device, error) {
	o := dial.Options{Clock: clock.Real()}
	door, err := o.Door(dial.Scope{Addresses: p.Addresses, Ports: p.Ports})
	if err != nil {
		return nil, err
	}
	return dial.New(name, door, f, c), nil
}

// Launch runs a job in a worker process of its own, hands its messages to hear, and waits for it. When ctx ends the
// worker is asked to stop; it keeps what is done and puts back what it changed. A worker that dies is reported as an
// error, after a second worker has put back what the record leaves open.
func Launch(ctx context.Context, program []string, job Job, hear func(Message)) error {
	secrets := map[string]string{}
	err := launch(ctx, program, job, func(m Message) {
		if m.Secrets != nil {
			maps.Copy(secrets, m.Secrets)
			return
		}
		hear(m)
	})
	var died *exec.ExitError
	if !errors.As(err, &died) || died.ExitCode() == ExitTrouble || job.Restore != "" || !evidence.Exists(job.Dir) {
		return err
	}
	job.Restore, job.Secrets = "the worker died: "+died.ProcessState.String(), secrets
	restore := launch(context.WithoutCancel(ctx), program, job, func(Message) {})
	return errors.Join(fmt.Errorf("%s", job.Restore), restore)
}

func launch(ctx context.Context, program []string, job Job, hear func(Message)) error {
	cmd := exec.Command(program[0], program[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the terminal is the parent's to handle
	cmd.Stderr = os.Stderr
	results, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start a worker: %w", err)
	}
	defer results.Close()
	cmd.ExtraFiles = []*os.File{w}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	w.Close()
	if err != nil {
		return fmt.Errorf("start a worker: %w", err)
	}
	if err := json.NewEncoder(in).Encode(job); err != nil {
		in.Close()
		cmd.Wait()
		return fmt.Errorf("give a worker its job: %w", err)
	}
	defer context.AfterFunc(ctx, func() { fmt.Fprintln(in, context.Cause(ctx)) })()
	said := listen(results, hear)
	in.Close()
	if err := cmd.Wait(); err != nil {
		if said != "" {
			return fmt.Errorf("%s", said)
		}
		return err
	}
	return nil
}

// listen hands messages on until the worker closes its end, and returns the error it reported.
func listen(results io.Reader, hear func(Message)) (said string) {
	dec := json.NewDecoder(results)
	for {
		var m Message
		if dec.Decode(&m) != nil {
			io.Copy(io.Discard, results)
			return said
		}
		if m.Error != "" {
			said = m.Error
		}
		hear(m)
	}
}
