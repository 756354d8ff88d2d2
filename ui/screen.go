//go:build !headless

package ui

import (
	"os"
	"runtime"

	"github.com/go-gl/glfw/v3.4/glfw"

	"zafe/app/fault"
)

// screen refuses in words where the toolkit would end the program: no screen, or one that cannot draw
// (a remote session of Windows without OpenGL, a bare virtual machine).
func screen() error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return fault.New(fault.Unavailable, "ui.no_screen")
	}
	runtime.LockOSThread()
	if err := glfw.Init(); err != nil {
		return fault.New(fault.Unavailable, "ui.no_screen").Because(err)
	}
	defer glfw.Terminate()
	glfw.WindowHint(glfw.Visible, glfw.False)
	glfw.WindowHint(glfw.ContextVersionMajor, 2)
	glfw.WindowHint(glfw.ContextVersionMinor, 1)
	w, err := glfw.CreateWindow(16, 16, "", nil, nil)
	if err != nil {
		return fault.New(fault.Unavailable, "ui.no_opengl").Because(err)
	}
	w.Destroy()
	return nil
}
