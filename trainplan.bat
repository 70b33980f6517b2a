@echo off
rem Calls workbook.py with the Python launcher. Double-click: runs the plan. From a prompt: trainplan.bat check NAME
chcp 65001 >nul
cd /d "%~dp0"
where py >nul 2>nul
if errorlevel 1 (
    echo Chua co Python: xem README.vi.md, phan "Bat dau tren Windows". / Python is missing: see README.md.
    pause
    exit /b 1
)
if "%~1"=="" (
    py -3 workbook.py run
) else (
    py -3 workbook.py %*
)
set status=%errorlevel%
pause
exit /b %status%
