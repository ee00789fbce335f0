### Words that every screen and report shares. Blocks are alphabetical; ids are plain kebab-case.

## Ages and freshness

age = { $age }前
freshness-failed = 取得失敗
freshness-fresh = 最新
freshness-stale = 古い値
freshness-waiting = 取得待ち

## Criteria, their states and severity

criterion-data-inconsistency = データ不整合
criterion-error-rate = 5xxエラー率
criterion-feature-down = 主要機能が利用不可
criterion-latency = API応答時間
criterion-vulnerability = セキュリティ脆弱性
severity-critical = Critical
severity-high = High
state-met = 該当
state-not-met = 非該当
state-unknown = 不明

## What checks say

check-block = 不可
check-pass = 適合
check-warn = 注意

## Lengths of time

span-days = { $days }日
span-days-hours = { $days }日{ $hours }時間
span-hours = { $hours }時間{ $minutes }分
span-minutes = { $minutes }分
span-seconds = { $seconds }秒

## Modes and environments

environment-protected = 保護対象
mode-full = 操作可
mode-read-only = 閲覧専用

## Services

both = 両方
no-value = –
not-known = 不明

## Units

unit-milliseconds = { $value } ms
unit-percent = { $value } %
unit-seconds = { $value } 秒
