//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// line is a slow line to a server: what is sent arrives after a while, and no faster than the rate.
type line struct {
	addr     string
	listener net.Listener
	up, down pace
	delay    time.Duration
}

// newLine leads to addr with a delay each way, at a rate in bytes per second each way.
func newLine(addr string, delay time.Duration, rate int) (*line, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &line{addr: listener.Addr().String(), listener: listener, delay: delay}
	l.up.rate, l.down.rate = rate, rate
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", addr)
			if err != nil {
				_ = client.Close()
				continue
			}
			time.Sleep(2 * delay) // the connection is made over the line as well
			go l.relay(server, client, &l.up)
			go l.relay(client, server, &l.down)
		}
	}()
	return l, nil
}

func (l *line) close() { _ = l.listener.Close() }

// pace is the rate that all connections share in one direction.
type pace struct {
	rate int // bytes per second
	mu   sync.Mutex
	next time.Time // when the line is free again
}

// sent says when a piece has left this end.
func (p *pace) sent(bytes int) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(time.Duration(bytes) * time.Second / time.Duration(p.rate))
	return p.next
}

// relay carries one direction. What is under way is bounded, as by a window of 8 MiB.
func (l *line) relay(to, from net.Conn, p *pace) {
	type piece struct {
		data []byte
		due  time.Time
	}
	pieces := make(chan piece, 512)
	go func() {
		defer close(pieces)
		for {
			data := make([]byte, 16<<10)
			n, err := from.Read(data)
			if n > 0 {
				left := p.sent(n)
				time.Sleep(time.Until(left))
				pieces <- piece{data[:n], left.Add(l.delay)}
			}
			if err != nil {
				return
			}
		}
	}()
	for x := range pieces {
		time.Sleep(time.Until(x.due))
		if _, err := to.Write(x.data); err != nil {
			break
		}
	}
	if tcp, ok := to.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	for range pieces { //nolint:revive // the other side ends the reading
	}
}

// sshd is Debian's, for the current user.
type sshd struct {
	cmd       *exec.Cmd
	addr      string
	user, key string
}

func startSSHD(dir string) (*sshd, error) {
	u, err := user.Current()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &sshd{user: u.Username, key: filepath.Join(dir, "client")}
	for _, key := range []string{s.key, filepath.Join(dir, "host")} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("ssh-keygen: %w: %s", err, out)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.addr = l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(s.addr)
	config := filepath.Join(dir, "config")
	text := strings.Join([]string{
		"Port " + port, "ListenAddress 127.0.0.1", "HostKey " + filepath.Join(dir, "host"),
		"AuthorizedKeysFile " + s.key + ".pub", "UsePAM no", "StrictModes no", "PermitRootLogin yes", "PidFile none",
		"MaxStartups 50", "Subsystem sftp internal-sftp", "",
	}, "\n")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	_ = os.MkdirAll("/run/sshd", 0o755)
	s.cmd = exec.Command("/usr/sbin/sshd", "-D", "-f", config, "-E", filepath.Join(dir, "log"))
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for range 200 {
		if c, err := net.Dial("tcp", s.addr); err == nil {
			return s, c.Close()
		}
		time.Sleep(25 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("sshd does not answer at %s", s.addr)
}

func (s *sshd) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// ours is a folder of the server for rclone, as the program would set it up, reached at an address.
func (s *sshd) ours(addr, dir string) string {
	host, port, _ := net.SplitHostPort(addr)
	return fmt.Sprintf(":sftp,host='%s',port=%s,user='%s',key_file='%s',disable_hashcheck=true:%s/",
		host, port, s.user, s.key, dir)
}

// restic is the same folder for restic, with the option that says how to get there.
func (s *sshd) restic(addr, dir string) (repo string, option []string) {
	host, port, _ := net.SplitHostPort(addr)
	command := fmt.Sprintf("ssh -p %s -i %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "+
		"-l %s %s -s sftp", port, s.key, s.user, host)
	return "sftp:" + s.user + "@" + host + ":" + dir, []string{"-o", "sftp.command=" + command}
}
